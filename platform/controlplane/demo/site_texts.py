"""The words of the demo's site. The campaign, its people and its figures are invented."""

PROPOSALS = (
    (
        "Des écoles qui ne prennent plus l’eau",
        "Cent quatre-vingts écoles rénovées en six ans, toitures d’abord. La liste et le calendrier sont publics.",
    ),
    ("Un bus toutes les huit minutes", "De l’Estaque à la Pointe-Rouge, de 5 h à minuit, avec douze voies réservées."),
    (
        "Plus un seul immeuble en péril",
        "Permis de louer dans tout le centre, quarante inspecteurs, travaux d’office aux frais du propriétaire.",
    ),
    ("L’ombre comme service public", "Quarante mille arbres, et pas une cour d’école sans préau végétal."),
    ("La mer, pour tous", "Navettes gratuites le week-end, douches, accès fauteuil sur les vingt et une plages."),
    ("Des comptes à cœur ouvert", "Chaque marché de plus de 40 000\xa0€ en ligne le jour de sa signature."),
)
QUOTE = "On a dit de Marseille qu’elle était trop bruyante. Je crois qu’on ne l’a pas assez écoutée."
TEAM = (
    ("Toussaint Abeille", "Maître-nageur, l’Estaque", "n°\xa02, sports et littoral", "b1"),
    ("Mariama Sylvestre", "Directrice d’école, 15e", "n°\xa03, écoles", "b2"),
    ("Odile Marchetti-Roux", "Notaire retraitée, 12e", "n°\xa04, logement", "b3"),
    ("Yanis Ferracci", "Chauffeur de bus, 13e", "n°\xa05, transports", "b4"),
)
# topic, days ago, title, text, drawing
STORIES = (
    (
        "Habitat",
        3,
        "Rue par rue, la carte des immeubles à réparer",
        "Nos groupes ont relevé 1 140 adresses. La carte est ouverte, et la méthode aussi.",
        "facades",
    ),
    (
        "Terrain",
        9,
        "Ce que le marché de la Plaine nous a dit",
        "Trois matinées, 412 conversations, cinq colères qui reviennent.",
        "marche",
    ),
    (
        "Mer",
        16,
        "Calanques\xa0: réserver, oui\xa0; payer, non",
        "Notre réponse au projet de navette payante de Sormiou.",
        "calanque",
    ),
)
QUESTIONS = (
    (
        "Faut-il être inscrit sur les listes électorales\xa0?",
        "Pour voter, oui\xa0; pour nous aider, non. Vous pouvez vous inscrire en ligne jusqu’au sixième vendredi avant le premier "
        "tour, et nous vous aidons à le faire.",
    ),
    (
        "Qui finance la campagne\xa0?",
        "Des habitants, et eux seuls\xa0: aucune entreprise n’a le droit de donner. Les comptes seront remis à la CNCCFP et publiés ici.",
    ),
    (
        "Puis-je donner procuration\xa0?",
        "Oui, à tout électeur de France. Il doit voter dans votre bureau. Un bénévole peut se proposer si vous ne connaissez personne.",
    ),
    (
        "Comment faire effacer mes données\xa0?",
        "Le lien figure au bas de chaque message, et l’adresse sur la page «\xa0Vos données\xa0». Nous répondons sous un mois.",
    ),
)
CHAPTERS = (
    (
        "Habiter",
        (
            (
                "Des écoles qui ne prennent plus l’eau",
                "Cent quatre-vingts écoles rénovées en six ans. Les soixante-treize toitures signalées par l’audit passent les "
                "premières. Coût\xa0: 62 M€ par an. Échéance\xa0: toitures avant la rentrée.",
            ),
            (
                "Plus un seul immeuble en péril",
                "Permis de louer dans les sept premiers arrondissements, quarante inspecteurs de salubrité, travaux d’office aux "
                "frais du propriétaire défaillant. Coût\xa0: 9 M€ par an, avancés puis recouvrés.",
            ),
            (
                "Dix mille logements remis en location",
                "Un bail garanti par la Ville aux propriétaires qui rénovent un logement vide et le louent au prix du quartier. "
                "Coût\xa0: 14 M€ par an. Échéance\xa0: fin de mandat.",
            ),
            (
                "Une place de crèche dans son arrondissement",
                "Mille deux cents berceaux, d’abord dans le 3e, le 14e et le 15e. Coût\xa0: 11 M€ par an. Échéance\xa0: 600 places en trois ans.",
            ),
        ),
    ),
    (
        "Circuler, respirer",
        (
            (
                "Un bus toutes les huit minutes",
                "Vingt-deux lignes structurantes, de 5 h à minuit, douze voies réservées, de l’Estaque à la Pointe-Rouge. "
                "Coût\xa0: 38 M€ par an, avec la Métropole. Échéance\xa0: deux ans.",
            ),
            (
                "L’ombre comme service public",
                "Quarante mille arbres, un préau végétal dans chaque cour, des fontaines à moins de cinq minutes à pied. Coût\xa0: 7 M€ par an.",
            ),
            (
                "Des trottoirs où l’on marche",
                "Trois cents kilomètres remis à niveau, et une brigade qui les garde libres. Coût\xa0: 12 M€ par an.",
            ),
            (
                "La mer, pour tous",
                "Navettes gratuites le week-end, douches, accès fauteuil sur les vingt et une plages. Coût\xa0: 3 M€ par an. "
                "Échéance\xa0: dès le premier été.",
            ),
        ),
    ),
    (
        "Décider ensemble",
        (
            (
                "Des comptes à cœur ouvert",
                "Chaque marché de plus de 40 000\xa0€ en ligne le jour de sa signature, avec le nom de ceux qui ont perdu. Échéance\xa0: cent jours.",
            ),
            (
                "Cinq pour cent du budget décidés par les habitants",
                "Un vote par an et par secteur, en mairie, en ligne et sur les marchés. Échéance\xa0: première année.",
            ),
            (
                "Des mairies ouvertes le soir",
                "Jusqu’à 20 h le mardi et le jeudi, dans les huit mairies de secteur. Coût\xa0: 1,2 M€ par an.",
            ),
            (
                "Répondre, toujours",
                "Toute lettre reçoit une réponse signée sous trente jours. Le délai moyen est affiché à l’entrée de l’Hôtel de Ville.",
            ),
        ),
    ),
)
ABOUT = (
    "<p><b>Inès Castellan</b> est médecin urgentiste à l’hôpital Nord. Depuis quinze ans, elle voit arriver la nuit ce que la "
    "ville n’a pas soigné le jour\xa0: les appartements humides, les trajets trop longs, les étés sans ombre.</p>"
    "<p>Autour d’elle, cent une personnes, seize arrondissements. Aucun parachuté\xa0: tous vivent dans le secteur où ils se "
    "présentent. La plupart n’avaient jamais fait de politique.</p>"
    "<h3>D’où vient «\xa0Demain Marseille\xa0»\xa0?</h3>"
    "<p>De soixante-quatre groupes de quartier, nés dans des cages d’escalier, des cours d’école et deux clubs de natation. "
    "Ils écrivent le programme, et chacun de ses engagements a un coût, une échéance et un responsable.</p>"
)
