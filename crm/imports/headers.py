"""Names that columns bear in files met in the wild: French spreadsheets, and what other tools export (NationBuilder, Action
Network, EveryAction and VAN, Mailchimp, Brevo, HelloAsso)."""

import re
import unicodedata

from crm.imports.enums import Target

NAMES: dict[Target, str] = {
    Target.LAST_NAME: "nom, nom de famille, nom d'usage, nom usage, nom usuel, last name, lastname, surname, family name, nom marital",
    Target.FIRST_NAME: "prenom, prenoms, first name, firstname, given name, prenom usuel, fname",
    Target.FULL_NAME: "nom complet, nom et prenom, nom prenom, prenom nom, prenom et nom, full name, fullname, name, contact, contact name, personne",
    Target.BIRTH_NAME: "nom de naissance, nom de jeune fille, nom patronymique, birth name, maiden name, nom naissance",
    Target.EMAIL: (
        "email, e mail, mail, courriel, adresse e mail, adresse email, adresse mail, adresse courriel, adresse electronique, adresse de courriel,"
        " email address, e mail address, email1, email2, email3, email4, email 1, email 2, email 3, email 4, mail 2, autre email, autre e mail,"
        " personal email, other email, can2 user email, preferred email, contact email"
    ),
    Target.PHONE: (
        "telephone, tel, tel portable, telephone portable, portable, mobile, gsm, numero, numero de telephone, num tel, no tel, n tel, tel fixe,"
        " telephone fixe, fixe, tel mobile, telephone mobile, telephone domicile, tel domicile, phone, phone 1, phone 2, phone 3, phone 4, phone 5, phone 6,"
        " telephone 3, telephone 4, telephone 5, telephone 6, phone number, mobile number, mobile phone,"
        " cell, cell phone, home phone, work phone, work phone number, can2 phone, preferred phone, sms, whatsapp, landline number, telephone 1, telephone 2, tel 1, tel 2, tel 3, tel 4"
    ),
    Target.STREET: (
        "adresse, rue, voie, adresse postale, adresse 1, adresse 2, adresse 3, adresse1, adresse2, adresse3, adresse ligne 1, adresse ligne 2,"
        " complement d'adresse, complement adresse, complement, numero et voie, numero et nom de voie, street, street address, address, address1, address2, address3,"
        " address line 1, address line 2, address line 3, address 1, address 2, can2 user address, libelle de voie, libelle voie,"
        " adresse numero et nom de rue, numero et nom de rue, adresse numero et voie, street and number"
    ),
    Target.POSTCODE: (
        "code postal, cp, code, npa, zip, zip code, postal code, postcode, zip postal code, zip postal, zip or postal, postal zip code, zip5, can2 user zip"
    ),
    Target.CITY: "ville, commune, localite, city, town, commune de residence, ville de residence, can2 user city, libelle commune",
    Target.COUNTRY: "pays, country, country code, code pays, pays de residence, country name, can2 user country",
    Target.BIRTH_DATE: (
        "date de naissance, date naissance, naissance, ne le, ne e le, nee le, ddn, birth date, birthdate, date of birth, dob, born at, birthday, anniversaire"
    ),
    Target.JOINED_ON: (
        "created at, created on, created date, date created, creation date, joined, joined at, joined on, joining date, join date, date joined,"
        " member since, date added, added on, added at, added time, signup date, sign up date, signed up at, signed up on, known since, optin time, confirm time,"
        " can2 user created at, can2 subscription date, subscription date, subscribed on, subscribed at, date acquired, date de creation, cree le, date d'ajout, ajoute le, date d'inscription, inscrit le, inscrite le,"
        " date d'adhesion, date de l'adhesion, date premiere adhesion, adherent depuis, adherent depuis le, adherente depuis, membre depuis, membre depuis le,"
        " connu depuis, connue depuis, date d'entree, date d'arrivee, arrivee le, arrive le, arrive e le, date de la commande"
    ),
    Target.GENDER: "sexe, genre, civilite, sex, gender, titre, prefix, qualite",
    Target.OCCUPATION: "profession, metier, activite, activite professionnelle, occupation, occupation name, job, job title, emploi, fonction",
    Target.LANGUAGE: "langue, language, language spoken, langue preferee, preferred language",
    Target.SUPPORT_LEVEL: (
        "niveau de soutien, niveau de soutien 1 a 5, soutien, support level, support level 1 to 5, support, niveau soutien"
    ),
    Target.RELATIONSHIP: (
        "lien avec la campagne, lien, relation, relationship, type de contact, type de lien, classe de contact, contact type, membership status,"
        " statut d'adherent, statut adherent, statut d'adhesion"
    ),
    Target.TAGS: (
        "etiquettes, etiquette, tags, tag, tag list, taglist, centres d'interet, centre d'interet, interets, themes, mots cles, groupes, groupe, listes,"
        " labels, interests, activist code, activist codes, statut, thematiques, categories, can2 user tags"
    ),
    Target.NOTE: "note, notes, commentaire, commentaires, remarque, remarques, observation, observations, comment, comments, divers, bio",
    Target.EMPLOYER: (
        "employer, employer name, employeur, nom de l'employeur, entreprise, nom de l'entreprise, societe, nom de la societe, company,"
        " company name, organisation, organization, organization name, organisation name, organisme, structure, lieu de travail, workplace, can2 employer"
    ),
    Target.ORGANISATION: (
        "signup type, is organization, is organisation, est une organisation, est une organisation pas une personne, is an organisation not a person"
    ),
    Target.RECRUITER: (
        "recruiter, recruiter id, recruiter name, recruiter email, recruiter name or email, recruited by, referred by, referrer, recruteur, recruteuse,"
        " recrute par, recrutee par, recrute e par, parrain, marraine, parrain ou marraine, parraine par, parrainee par, invite par, invitee par"
    ),
    Target.POINT_PERSON: (
        "point person, point person id, point person name, point person email, point person name or email, assigned to, relational organizer, organizer,"
        " referent, referente, personne referente, referent e, suivi par, suivie par, responsable"
    ),
    Target.EXTERNAL_ID: (
        "nationbuilder id, id, identifiant, uuid, van id, vanid, can2 user id, external id, numero adherent, numero d'adherent, n adherent, source id, contact id, person id,"
        " ext id, euid, uid, voter file vanid, my campaign id, numero dans l'ancien outil, number in the former tool"
    ),
    Target.EMAIL_OPT_IN: (
        "accepte e mails, accepte e mail, accepte email, accepte emails, accepte mails, email opt in, e mail opt in, newsletter, lettre d'information,"
        " abonne, abonne newsletter, inscrit newsletter, optin email, opt in email, optin, opt in, rgpd, consentement, consentement email, consentement e mail,"
        " email subscription status, can2 subscription status, subscription status, email status, subscribed, accord e mail, accord email, accepte les e mails, double opt in,"
        " agrees to e mails"
    ),
    Target.SMS_OPT_IN: (
        "accepte sms, accepte les sms, mobile opt in, sms opt in, optin sms, opt in sms, consentement sms, sms opt in status, accord sms, can2 sms status, agrees to text messages"
    ),
    Target.CALL_OPT_IN: (
        "accepte appels, accepte les appels, accepte telephone, phone opt in, consentement telephone, accord telephone, optin telephone, agrees to calls"
    ),
    Target.POST_OPT_IN: (
        "accepte courrier, accepte le courrier, accepte les courriers, consentement courrier, accord courrier, optin courrier, mail opt in, agrees to letters"
    ),
    Target.DO_NOT_CALL: (
        "do not call, no call, federal donotcall, ne pas appeler, ne plus appeler, pas d'appel, bloctel, refuse appels, refuse les appels, refus appels,"
        " refus appel, refus d'appel, refus d'appels, refus des appels, refuses calls"
    ),
    Target.DO_NOT_CONTACT: "do not contact, ne pas contacter, ne plus contacter, opposition, refuse tout contact, refus de tout contact, refuses any contact",
    Target.UNSUBSCRIBED_AT: (
        "unsubscribed at, unsubscribed on, unsubscribed since, unsubscribe date, opted out at, opted out on, opt out date, unsub time,"
        " date de desinscription, date desinscription, desinscrit le, desinscrite le, desinscrit e le, date de desabonnement, date desabonnement,"
        " desabonne le, desabonnee le, desabonne e le, desinscription, desabonnement, do not email, no email, email blocklisted, email blacklisted, blocklisted, blacklisted, liste noire,"
        " desinscription depuis, desinscrit, desinscrite, desinscrit e, desinscrit depuis, desinscrite depuis, desinscrit e depuis, desabonne, desabonnee,"
        " desabonne e, desabonne depuis, desabonnee depuis, desabonne e depuis, unsubscribed, opt out, opted out, email opt out, opt out email, e mail opt out,"
        " refuse e mails, refuse les e mails, refuse emails, refuse les emails, refuse mails, refuse les mails, refus e mails, refus e mail, refus emails, refus email"
    ),
    Target.EMAIL_BAD: "email1 is bad, email2 is bad, email3 is bad, email4 is bad, email is bad, email invalide, npai email, bounced, clean time, e mail hors service, e mail no longer works",
    Target.PHONE_BAD: "is mobile bad, mobile is bad, phone is bad, telephone invalide, telephone hors service, phone no longer works",
    Target.DECEASED: (
        "is deceased, deceased, decede, decedee, decede e, est decede, est decedee, date de deces, deces, decede le, decedee le, date of death,"
        " personne decedee, has died"
    ),
}


def fold(text: str) -> str:
    """`E-mail_Opt In` and `email-opt-in` read alike: no case, accents, signs."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def squeeze(name: str) -> str:
    """`LastName` and `Last name` read alike."""
    return name.replace("'", "").replace(" ", "")


BY_NAME: dict[str, Target] = {squeeze(name): target for target, names in NAMES.items() for name in names.split(",")}

# Of organisations, where a file has some on lines of their own.
WEBSITES = frozenset(map(squeeze, ("website", "web site", "site web", "site internet", "url du site")))

# A column by this name holds numbers in one tool (Brevo), yes and no in another.
WHEN_YES_OR_NO = {"sms": Target.SMS_OPT_IN}

# HelloAsso names whom each column speaks of. Whoever pays counts only where nobody else is named: parents pay for children.
WHOSE = r" (?:de l |du |de la |d )?(?:adherent|adherente|participant|participante|donateur|donatrice|membre)$"
PAYER = r" (?:du )?payeur$"

# NationBuilder repeats the address under several prefixes: the first group that is filled is taken, the others are left.
ADDRESS_PREFIXES = ("primary", "address", "home", "mailing", "user submitted", "registered", "billing")
ADDRESS_PARTS = {
    "address1": Target.STREET,
    "address2": Target.STREET,
    "address3": Target.STREET,
    "city": Target.CITY,
    "zip": Target.POSTCODE,
    "zip5": Target.POSTCODE,
    "country code": Target.COUNTRY,
}

# Columns of NationBuilder's export that are no field of the customer's: its own fields are appended behind all of these.
NATIONBUILDER = re.compile(
    r"(primary|address|home|work|mailing|user submitted|registered|billing) (address\d|city|county|state|zip\d?|country|country code|fips"
    r"|submitted address|geocode accuracy|street .*|unit number|sort sequence|delivery point|lot|carrier route)"
    r"|.*\b(invoices?|customer|memberships?|donations?|capital|amount|district|precinct|voter)\b.*|.* (id|guid|regid|login|at|in cents|score)$"
)

# What tools and our own exports add for themselves: numbers and words that look like a postcode or a town, and are none.
_OF_TOOLS = (
    "leid, member rating, optin ip, confirm ip, latitude, longitude, gmtoff, dstoff, timezone, cc, region, last changed,"
    " clean campaign title, clean campaign id, unsub campaign title, unsub campaign id, unsub reason, unsub reason other, modified time,"
    " zip4, reference commande, numero de billet, montant, montant tarif, tarif, billet, code promo, moyen de paiement, origin source code,"
    " insee, code insee, insee code, code commune, code commune insee, code insee commune, code insee de la commune, insee code of the commune,"
    " fax, fax number, work fax, work fax number, numero de fax, telecopie"
)
OF_TOOLS = frozenset(map(squeeze, _OF_TOOLS.split(",")))

_FIRST_NAMES = (
    "jean marie pierre michel andre philippe alain bernard jacques daniel christian patrick nicolas christophe frederic laurent stephane david julien eric"
    " pascal thierry olivier thomas alexandre sebastien claude dominique francois gerard bruno guillaume vincent didier antoine kevin jerome romain maxime"
    " marc anthony mathieu lucas hugo louis gabriel arthur jules adam leo raphael paul nathan ethan tom noah theo mohamed mehdi karim ahmed yann loic"
    " nathalie isabelle sylvie catherine martine christine francoise valerie sandrine veronique nicole stephanie sophie celine chantal anne patricia"
    " brigitte laurence julie monique aurelie christelle jacqueline laetitia virginie corinne elodie camille emilie audrey caroline sarah lea manon chloe"
    " emma ines jade louise alice zoe lola anna mila juliette charlotte pauline marine lucie mathilde oceane clara laura fatima khadija aicha helene"
    " denise suzanne madeleine marguerite yvonne georges rene roger marcel robert henri maurice charles raymond lucien gael noemie anais cecile claire"
    " maria john james mary anna peter hans marco luca ana jose carlos antonio"
)
FIRST_NAMES = frozenset(_FIRST_NAMES.split())
