"""Names as one meets them in Marseille. Any likeness of a combination to a real person is chance."""


def words(text: str, separator: str = " ") -> tuple[str, ...]:
    return tuple(text.split(separator))


# Generation decides first names: before 1965, 1965 to 1989, since 1990.
WOMEN = (
    words(
        "Monique Josette Danielle Nicole Françoise Michèle Jacqueline Christiane Mireille Colette Andrée Yvette Fatima Zohra "
        "Rosa Carmela Anahit Marie-Thérèse Huguette Aïcha Khadija Lucienne Marie-France Arlette Paulette"
    ),
    words(
        "Sandrine Nathalie Valérie Stéphanie Karine Céline Aurélie Émilie Sabrina Nadia Samira Leïla Karima Malika Laetitia "
        "Magali Florence Virginie Séverine Carole Djamila Fatoumata Mariama Sylvie Patricia Corinne Marjorie Naïma Rachida "
        "Audrey Delphine Vanessa Angélique Linda Soraya Hélène Isabelle Anne-Laure Silvia Nouria Roukia"
    ),
    words(
        "Camille Léa Manon Chloé Emma Inès Sarah Lina Yasmine Jade Océane Marie Clara Julie Pauline Mathilde Anissa Sirine "
        "Assia Aminata Aïssatou Awa Halima Maëlle Romane Lou Zoé Nour Salomé Alice Lucie Laura Marine Myriam Fanta Hanaé "
        "Noémie Agathe Élise Justine Margaux Louna Maïssa Ilona Lilit Thi-Mai Moinaïcha Zaïnaba"
    ),
)
MEN = (
    words(
        "Jean-Claude Michel Bernard Alain Gérard Marcel Robert Roger Louis Raymond Guy Henri Lucien Ange Antoine Salvatore "
        "Mohamed Ahmed Garabed Hagop Félix Georges André Jean-Pierre Roland Maurice"
    ),
    words(
        "Philippe Christophe Stéphane Laurent Frédéric Olivier Karim Farid Nordine Rachid Mourad Abdelkader David Sébastien "
        "Nicolas Jérôme Fabrice Bruno Franck Thierry Éric Saïd Moussa Ibrahima Gilles Patrick Serge Marc Vincent Grégory Kamel "
        "Hakim Djamel Salim Cédric Yannick Lionel Pascal Vartan Ali Mario"
    ),
    words(
        "Lucas Hugo Enzo Théo Mathis Nathan Rayan Yanis Adam Mehdi Bilal Sofiane Ilyès Amine Maxime Antoine Alexandre Thomas "
        "Romain Quentin Clément Baptiste Gabriel Raphaël Jules Noé Malik Idriss Mamadou Ousmane Moïse Nassim Anis Walid Tom "
        "Léo Axel Kylian Esteban Matteo Aram Minh Soilihi Nadjim Ismaël Valentin Robin"
    ),
)
FAMILIES = words(
    "Martin Blanc Roux Fabre Arnaud Giraud Reynaud Brun Michel Olive Aubert Jourdan Gautier Bonnet Faure Granier Maurin "
    "Imbert Icard Barthélemy Rougier Sicard Ripert Castellan Pellegrin Astier Audibert Bérenger Cayol Isnard Martinet "
    "Mistral Ollivier Rostan Signoret Tassy Vidal Escoffier Chabert "
    # Corsica and Italy
    "Santoni Casanova Leca Mattei Albertini Paoli Colonna Luciani Giordano Esposito Russo Ferrari Romano Bianchi Greco "
    "Conti Marino Gallo Caruso Mancini Cardella Scotto Pisani Amato "
    # The Maghreb
    "Benali Haddad Belkacem Amrani Bouaziz Cherif Saïdi Mansouri Brahimi Hamdi Khelifi Mekki Boudjema Zerrouki Rahmani "
    "Ouali Slimani Toumi Meziane Ziani Bensaïd Touati Ferhat Guerfi Djebbar Lahlou Kaddour Chaouch Mokrani Yahiaoui "
    # Armenia
    "Sarkissian Boyadjian Hovsepian Manoukian Kazarian Tchakerian Garabedian Terzian Arslanian Der-Agopian "
    # The Comoros and west Africa
    "Saïd-Ali Mohamed Abdallah Soilihi M’Madi Youssouf Houmadi Boinali Diallo Traoré Diop Camara Bah Cissé Sow Keïta "
    "Konaté Ndiaye Coulibaly Sylla "
    # Spain, Portugal, the east, the islands, Asia
    "Garcia Martinez Lopez Hernandez Sanchez Perez Da-Silva Ferreira Pereira Nowak Kowalski Nguyen Tran Pham Lê Hoarau "
    "Payet Grondin Cohen Lévy Benichou Azoulay Papadopoulos Mavros"
)
OCCUPATIONS = words(
    "infirmière|institutrice|étudiante|éducateur|conducteur de bus|docker|médecin généraliste|comptable|cuisinier|architecte|"
    "retraitée|retraité|aide-soignante|professeure de lettres|commerçante|plombier|ingénieure|libraire|pêcheur|agent de tri|"
    "graphiste|assistante sociale|marin|technicien|avocate|animatrice|boulanger|jardinier|chercheuse|intermittent|caissière|"
    "ambulancier|assistante maternelle|artisan électricien|étudiant|cadre hospitalier",
    separator="|",
)
STREETS = words(
    "rue d’Aubagne|rue de Lodi|boulevard Longchamp|rue Paradis|boulevard de la Libération|rue Consolat|avenue de la Capelette|"
    "chemin de l’Armée-d’Afrique|rue de la République|boulevard Baille|rue Sainte|rue des Trois-Mages|boulevard National|"
    "avenue du Prado|rue Saint-Pierre|boulevard Chave|rue Breteuil|chemin du Roucas-Blanc|rue de Rome|avenue Roger-Salengro|"
    "traverse de la Buzine|boulevard Oddo|rue du Panier|montée des Accoules|avenue de Saint-Louis|rue Félix-Pyat|"
    "boulevard Notre-Dame|rue du Refuge|chemin de Morgiou|avenue de Mazargues",
    separator="|",
)
VILLAGE_STREETS = words(
    "rue de la République|avenue Jean-Jaurès|cours Gambetta|rue des Écoles|place de la Mairie|chemin des Oliviers|rue du Four|"
    "avenue Frédéric-Mistral|impasse des Cigales|boulevard Victor-Hugo|rue de la Fontaine|allée des Pins",
    separator="|",
)
