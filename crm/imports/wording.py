"""What a report says: one sentence on what is wrong, one on how to mend it. Keys are what the database keeps."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Wording:
    title: Text  # heads a group of lines
    sentence: Text  # one line, with %(value)s
    repair: Text = ""


FILE_PROBLEMS: Mapping[str, tuple[Text, Text]] = {
    "empty": (_("This file is empty."), _("It holds no row at all. Was it saved before you chose it?")),
    "header_only": (
        _("This file has a header and no row below it."),
        _("Its columns are named, but it lists nobody. Export it again, with its rows."),
    ),
    "binary": (
        _("This file is not a list of contacts."),
        _(
            "It holds no rows and columns that we can read. Save your list as CSV or Excel (.xlsx), then choose that file."
        ),
    ),
    "web_page": (
        _("This file is a web page, not a table."),
        _(
            "Some tools call it .xls all the same. Open it in Excel or LibreOffice, save it as .xlsx or CSV, then choose that file."
        ),
    ),
    "json": (
        _("This file is written in JSON, a language for programs."),
        _("Export your list as CSV or Excel (.xlsx) instead, then choose that file."),
    ),
    "archive": (
        _("This file is an archive (ZIP)."),
        _("Open it on your computer, take the CSV or Excel file out of it, then choose that one."),
    ),
    "workbook": (
        _("This Excel workbook cannot be opened."),
        _("It seems damaged. Open it in Excel or LibreOffice, save it again as .xlsx or CSV, then choose that file."),
    ),
    "protected": (
        _("This workbook is in Excel's old format, or has a password."),
        _("Open it, remove the password, and save it as .xlsx or CSV."),
    ),
    "too_big": (
        _("This file is too big."),
        _(
            "Text files may weigh 500 MB, workbooks 200 MB once unpacked. Save the workbook as CSV, or cut the file in two."
        ),
    ),
    "too_many_columns": (
        _("This file has more than 500 columns."),
        _("Keep those that you need, then choose it again."),
    ),
}

REJECTIONS: Mapping[str, Wording] = {
    "no_contact": Wording(
        _("Neither e-mail, nor phone, nor full postal address"),
        _("Neither e-mail, nor phone, nor full postal address. The line is set aside."),
        _("Add at least one way to reach the person."),
    ),
    "organisation_nameless": Wording(
        _("Organisations without a name"),
        _("This line is an organisation, and does not say which one. The line is set aside."),
        _("Write its name in the column of full names, then send the line again."),
    ),
    "two_people": Wording(
        _("Two people on one line"),
        _("Two people on one line: “%(value)s”. The line is set aside."),
        _("Make one line for each."),
    ),
    "quote": Wording(
        _("A quotation mark is opened and never closed"),
        _("A quotation mark is opened and never closed. The line is set aside."),
        _("Remove the mark or close it, then send the line again."),
    ),
    "too_many_cells": Wording(
        _("More values than columns"),
        _("The line has more values than there are columns: nobody knows which is which. It is set aside."),
        _("Put quotation marks around values that hold the separator."),
    ),
    "too_long": Wording(
        _("A line of more than four million characters"),
        _("The line is longer than four million characters. It is set aside."),
        _("Check the file: this is probably no contact."),
    ),
    "bad_card": Wording(
        _("Contact cards that cannot be read"),
        _("The card that begins on this line cannot be read. It is set aside."),
        _("Open it in your address book, save it again, then send the card again."),
    ),
    "open_card": Wording(
        _("Contact cards without an end"),
        _("The card that begins on this line is never closed (END:VCARD). It is set aside."),
        _("Export the contact again: its end is missing."),
    ),
    "asked_to_leave": Wording(
        _("Asked not to be in your files any more"),
        _("This person asked not to be in your files any more. The line is set aside."),
        _("Nothing to do: Isoloir will not take this person up again."),
    ),
    "shared_mailbox": Wording(
        _("Several people on one e-mail address"),
        _("Same e-mail address as line %(value)s, but another person. The line is set aside."),
        _("Give this person an e-mail address of their own, or another way to reach them, then send the line again."),
    ),
    "deceased": Wording(
        _("People who have died"),
        _("The file says that this person has died. The line is set aside."),
        _("Nothing to do, unless the file is wrong: then correct it and send the line again."),
    ),
}

WARNINGS: Mapping[str, Wording] = {
    "bad_email": Wording(
        _("Malformed e-mail addresses"), _("“%(value)s” is not an e-mail address. The line is imported without it.")
    ),
    "bad_phone": Wording(
        _("Unreadable phone numbers"), _("“%(value)s” is not a phone number. The line is imported without it.")
    ),
    "phone_of_nowhere": Wording(
        _("Phone numbers of an unknown country"),
        _("The line's country is unknown, and “%(value)s” has no country code. The line is imported without it."),
        _("Correct the country, or write the number with + and its country code."),
    ),
    "unallotted_phone": Wording(
        _("Phone numbers to check"), _("“%(value)s” is in no range that is in use today. It is kept, to be checked.")
    ),
    "bad_date": Wording(
        _("Impossible dates"), _("“%(value)s” is not a date. The line is imported without a date of birth.")
    ),
    "bad_joined": Wording(
        _("Impossible dates of joining"),
        _("“%(value)s” is not a date, or is still to come. The line is imported as if it came today."),
    ),
    "bad_postcode": Wording(
        _("Impossible postcodes"), _("“%(value)s” is not a postcode. The line is imported without a postcode.")
    ),
    "bad_country": Wording(
        _("Unknown countries"),
        _("“%(value)s” is no country that we know. The line is imported without it, and not taken for one of France."),
        _("Write the country's name in French or in English, or its code (FR, BE…)."),
    ),
    "bad_gender": Wording(
        _("Unknown titles or genders"), _("“%(value)s” says no gender. The line is imported without it.")
    ),
    "bad_language": Wording(
        _("Unknown languages"), _("“%(value)s” is no language that we know. The line is imported without it.")
    ),
    "bad_relationship": Wording(
        _("Unknown relationships"),
        _("“%(value)s” is no relationship that we know. The line gets the one that its source gives."),
    ),
    "bad_support_level": Wording(
        _("Impossible support levels"), _("“%(value)s” is not a level from 1 to 5. The line is imported without it.")
    ),
    "bad_answer": Wording(
        _("Answers that are neither yes nor no"),
        _("“%(value)s” is neither yes nor no. The line is imported without this agreement."),
    ),
    "not_a_name": Wording(
        _("Words that are no names"), _("“%(value)s” is not a name. The line is imported without it.")
    ),
    "formula_read": Wording(
        _("Formulas in place of a name"), _("“%(value)s” is a formula. Only the words that it shows are kept.")
    ),
    "shortened": Wording(_("Values that are too long"), _("“%(value)s…” is too long. Its beginning is kept.")),
    "email_taken": Wording(
        _("E-mail addresses of somebody else"),
        _("“%(value)s” already belongs to another person of your file. The line is imported without it."),
    ),
    "other_name": Wording(
        _("Same e-mail address, other first name"),
        _("The e-mail address belongs to %(value)s: the line was added to that person. Check whether they are two."),
    ),
    "stays_unsubscribed": Wording(
        _("People who have unsubscribed"),
        _("This person has unsubscribed: the file's agreement does not put them back on your lists."),
    ),
    "number_left_alone": Wording(
        _("Numbers that asked to be left alone"),
        _("Somebody at one of these numbers asked not to be in your files any more. The line is imported without it."),
    ),
    "too_few_cells": Wording(
        _("Lines that are cut short"), _("The line has fewer values than columns. What is missing is left empty.")
    ),
    "quotes": Wording(
        _("Stray quotation marks"),
        _("Quotation marks stood inside a value. The line was read as it was probably meant."),
    ),
    "card_line": Wording(
        _("Contact cards read in part"),
        _("The card holds a line that says nothing we can read. The card is imported without it."),
    ),
    "nul": Wording(_("Invisible characters"), _("The line held invisible characters (NUL). They are removed.")),
    "bad_custom": Wording(
        _("Values that one of your fields cannot take"),
        _("“%(value)s” is no answer that this field can take. The line is imported without it."),
        _("See what the field expects, or how many choices it has already, under People, Fields."),
    ),
    "no_employer": Wording(
        _("Words that name no organisation"),
        _("“%(value)s” names no organisation. The line is imported without an employer."),
    ),
    "bad_website": Wording(
        _("Addresses that are no website"),
        _("“%(value)s” is no address of a website. The organisation is kept without it."),
    ),
    "employer_unclear": Wording(
        _("Employers who may be several"),
        _("Several of your organisations are called “%(value)s”. The line is imported without an employer."),
        _("Merge them under Organisations, or choose the right one on the person's page."),
    ),
    "nobody_meant": Wording(
        _("Recruiters and point persons whom nobody knows"),
        _("“%(value)s” is nobody in your contacts. The line is imported without this tie."),
        _("Import that person, then this file again."),
    ),
    "several_meant": Wording(
        _("Recruiters and point persons who may be several"),
        _("Several people may be meant by “%(value)s”. The line is imported without this tie."),
        _("Choose the right one on the person's page, or write an e-mail address in the file."),
    ),
    "tied_to_self": Wording(
        _("People tied to themselves"),
        _(
            "“%(value)s” is the person of this very line: nobody recruits or looks after herself. The line is imported without this tie."
        ),
    ),
    "has_died": Wording(
        _("People whom you know, and who have died"),
        _("The file says that this person has died: from now on, no message and no call goes to that name."),
    ),
    "channel_refused": Wording(
        _("Agreements that this source cannot give"),
        _("With this source, the file cannot give an agreement for this channel. The person is imported without it."),
    ),
}

MERGED_BEFORE = Wording(_("Repeated in the file"), _("Same person as an earlier line. The two are one."))
MERGED = Wording(_("Repeated in the file"), _("Same person as line %(value)s. The two are one."))

FIELD_NAMES = {
    "first_name": _("first name"), "last_name": _("last name"), "birth_name": _("birth name"), "birth_date": _("date of birth"), "created_at": _("date of joining"), "gender": _("gender"),
    "occupation": _("occupation"), "external_id": _("former number"), "support_level": _("support level"), "street": _("address"), "postcode": _("address"),
    "relationship": _("relationship"), "city": _("address"), "commune_code": _("address"), "departement_code": _("address"), "region_code": _("address"), "country": _("address"),
    "tag_ids": _("tags"), "email": _("e-mail"), "phone": _("phone"), "note": _("note"), "consent": _("agreement"), "flag": _("e-mail that no longer works"),
    "flag_phone": _("phone that no longer works"), "language": _("language"),
    "custom": _("your own fields"), "employer": _("employer"), "recruiter": _("recruiter"), "point_person": _("point person"),
}  # fmt: skip


def sentence(level: str, kind: str, value: str) -> str:
    repeated = MERGED if value else MERGED_BEFORE
    wording = repeated if level == "merged" else REJECTIONS.get(kind) or WARNINGS[kind]
    return str(wording.sentence) % {"value": value}
