"""A chunk of the file as people: one clean row each, and a remark for every value that could not be used."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from crm.fields.enums import CHOSEN
from crm.imports import cleaning
from crm.imports.blocks import column
from crm.imports.custom_values import CustomReader, joined
from crm.imports.dates import parse_dates, without_time
from crm.imports.emails import read_emails
from crm.imports.enums import Target
from crm.imports.mapping import columns_of
from crm.imports.organisations import ORGANISATIONS, Said, parted
from crm.imports.phones import read_cells, regions_of
from crm.imports.places import POSTCODE_LENGTH, UNKNOWN, countries_of, read_homes, read_postcodes
from crm.imports.unusable import unusable_rows

TEXTS = {
    "external_id": 64, "first_name": 100, "last_name": 100, "birth_name": 100, "gender": 1, "occupation": 150, "language": 2, "relationship": 12,
    "street": 200, "postcode": POSTCODE_LENGTH, "city": 100, "country": 2, "note": cleaning.NOTE_LENGTH,
}  # fmt: skip
NAMES = ("first_name", "last_name", "birth_name")
CONSENTS = {
    Target.EMAIL_OPT_IN: "email_ok",
    Target.SMS_OPT_IN: "sms_ok",
    Target.CALL_OPT_IN: "call_ok",
    Target.POST_OPT_IN: "post_ok",
}
SCHEMA: dict[str, pl.DataType] = {
    "line": pl.Int64(),
    **dict.fromkeys(TEXTS, pl.String()),
    "birth_date": pl.Date(),
    "joined_on": pl.Date(),
    "unsubscribed_on": pl.Date(),
    "support_level": pl.Int16(),
    "emails": pl.List(pl.String()),
    "bad_emails": pl.List(pl.String()),
    "phones": pl.List(pl.String()),
    "phone_bad": pl.Boolean(),
    "tags": pl.List(pl.String()),
    **dict.fromkeys(CONSENTS.values(), pl.Boolean()),
    "deceased": pl.Boolean(),
    "custom": pl.String(),
}
ISSUES = {"line": pl.Int64(), "kind": pl.String(), "column": pl.String(), "value": pl.String()}
SHOWN_LENGTH = 200
HOME = "home"


@dataclass(frozen=True, slots=True)
class Options:
    today: date
    date_order: str = "dmy"
    phone_region: str = "FR"
    tags: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()  # columns of answers for which the campaign declared that everyone agreed
    fields: Mapping[int, CustomReader] = field(default_factory=dict)  # by the number of their columns


@dataclass(slots=True)
class Normalized:
    people: pl.DataFrame
    rejected: pl.DataFrame  # issues whose line is set aside
    warnings: pl.DataFrame
    organisations: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ORGANISATIONS))


@dataclass(slots=True)
class Normalizer:
    columns: Sequence[str]
    mapping: Mapping[str, str]
    options: Options
    _issues: list[pl.DataFrame] = field(default_factory=list)

    @property
    def makes_choices(self) -> bool:
        return any(reader.field.kind in CHOSEN for reader in self.options.fields.values())

    def normalize(self, table: pl.DataFrame) -> Normalized:
        """May be called from several threads at once, unless it makes choices of the campaign's own fields: they are made in the database."""
        return replace(self, _issues=[])._normalized(table)  # noqa: SLF001 -- its own, with remarks of this table only

    def _normalized(self, table: pl.DataFrame) -> Normalized:
        people = table.select("line").with_columns(
            **self._names(table),
            **self._texts(table),
            **(place := self.place(table)),
            **self._emails(table),
            **self._phones(table, place),
            **self._facts(table),
            **self._tags(table),
            **self._consents(table),
            **self._custom(table),
        )
        missing = {name: pl.lit(None, dtype=kind) for name, kind in SCHEMA.items() if name not in people.columns}
        people = people.with_columns(**missing).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        found = parted(people, self._organisations(table))
        people = found.people
        rejected = pl.concat([unusable_rows(people), found.nameless])
        warnings = pl.concat([pl.DataFrame(schema=ISSUES), *self._issues, self._unlinkable(found.unlinkable)])
        return Normalized(
            people.join(rejected, on="line", how="anti"),
            rejected,
            warnings.join(rejected, on="line", how="anti"),
            found.organisations,
        )

    def _organisations(self, table: pl.DataFrame) -> Said | None:
        if (said := self._single(table, Target.ORGANISATION)) is None:
            return None
        names = self._single(table, Target.ORGANISATION_NAME) or self._single(table, Target.FULL_NAME)
        websites = self._single(table, Target.WEBSITE)
        return Said(said[1], names[1] if names else None, websites[1] if websites else None)

    def _unlinkable(self, found: pl.DataFrame) -> pl.DataFrame:
        """Of people it is not read, so that only organisations have it remarked."""
        name = "".join(self.columns[number] for number in self._columns(Target.WEBSITE)[:1])
        value = pl.col("value").str.slice(0, SHOWN_LENGTH)
        return found.select("line", kind=pl.lit("bad_website"), column=pl.lit(name), value=value)

    # --- columns ----------------------------------------------------------------------------------------------------
    def _columns(self, target: Target) -> list[int]:
        return columns_of(self.mapping, target)

    def _cells(self, table: pl.DataFrame, number: int) -> pl.Series:
        return cleaning.cells(table[column(number)])

    def _single(self, table: pl.DataFrame, target: Target) -> tuple[int, pl.Series] | None:
        numbers = self._columns(target)
        return (numbers[0], self._cells(table, numbers[0])) if numbers else None

    def _converted(self, table: pl.DataFrame, target: Target, kind: str, conversion: pl.Expr) -> dict[str, pl.Series]:
        """The target's column through `conversion` of `value`; what it turns to null is set aside with a remark."""
        found = self._single(table, target)
        if found is None:
            return {}
        number, values = found
        clean = cleaning.by_value(values, lambda different: cleaning.through(different, conversion))
        self._remark(table["line"], values, values.is_not_null() & clean.is_null(), kind, number)
        return {target.value: clean}

    def _remark(self, lines: pl.Series, values: pl.Series, where: pl.Series, kind: str, number: int) -> None:
        if not where.any():
            return
        frame = pl.DataFrame({"line": lines, "value": values, "where": where}).filter("where")
        issue = frame.select(
            "line",
            kind=pl.lit(kind),
            column=pl.lit(self.columns[number]),
            value=pl.col("value").str.slice(0, SHOWN_LENGTH),
        )
        self._issues.append(issue)

    # --- names and plain texts --------------------------------------------------------------------------------------
    def _names(self, table: pl.DataFrame) -> dict[str, pl.Series]:
        names = self._full_name(table)
        for target in (Target.FIRST_NAME, Target.LAST_NAME, Target.BIRTH_NAME):
            found = self._single(table, target)
            if found is None:
                continue
            number, values = found
            clean = cleaning.by_value(values, cleaning.person_name)
            link = values.str.contains(cleaning.HYPERLINK)
            self._remark(table["line"], values, clean.is_null() & values.is_not_null(), "not_a_name", number)
            self._remark(table["line"], values, clean.is_not_null() & link, "formula_read", number)
            self._remark(table["line"], values, values.str.len_chars() > cleaning.NAME_LENGTH, "shortened", number)
            names[target.value] = clean
        return names

    def _full_name(self, table: pl.DataFrame) -> dict[str, pl.Series]:
        found = self._single(table, Target.FULL_NAME)
        if found is None:
            return {}
        number, values = found
        names = cleaning.parts_of_name(values)
        unread = values.is_not_null() & names["first"].is_null() & names["last"].is_null()
        self._remark(table["line"], values, unread, "not_a_name", number)
        return {"first_name": names["first"], "last_name": names["last"]}

    def _texts(self, table: pl.DataFrame) -> dict[str, pl.Series]:
        texts: dict[str, pl.Series] = {}
        for target in (Target.OCCUPATION, Target.EXTERNAL_ID):
            found = self._single(table, target)
            if found:
                number, values = found
                length = TEXTS[target.value]
                self._remark(table["line"], values, values.str.len_chars() > length, "shortened", number)
                texts[target.value] = cleaning.one_line(values, length)
        notes = [(number, self._cells(table, number)) for number in self._columns(Target.NOTE)]
        for number, values in notes:
            self._remark(table["line"], values, values.str.len_chars() > cleaning.NOTE_LENGTH, "shortened", number)
        if notes:
            joined = pl.DataFrame({str(number): values for number, values in notes}).select(
                pl.concat_str(pl.all(), separator="\n", ignore_nulls=True)
            )
            note = joined.to_series().str.slice(0, cleaning.NOTE_LENGTH)
            texts["note"] = cleaning.through(note, pl.when(pl.col("value") != "").then("value"))
        return texts

    # --- place ------------------------------------------------------------------------------------------------------
    def place(self, table: pl.DataFrame) -> dict[str, pl.Series]:
        """With HOME beside: where the row's numbers are at home."""
        place: dict[str, pl.Series] = {}
        streets = [cleaning.one_line(self._cells(table, number)) for number in self._columns(Target.STREET)]
        if streets:
            street = pl.select(pl.concat_str(streets, separator=", ", ignore_nulls=True)).to_series()
            street = street.str.slice(0, TEXTS["street"])
            place["street"] = cleaning.through(street, pl.when(pl.col("value") != "").then("value"))
        if city := self._single(table, Target.CITY):
            place["city"] = cleaning.one_line(city[1], TEXTS["city"])
        if country := self._single(table, Target.COUNTRY):
            number, values = country
            place[HOME] = read_homes(values)
            place["country"] = countries_of(place[HOME])
            self._remark(table["line"], values, place[HOME] == UNKNOWN, "bad_country", number)
        return place | self._postcode(table, place.get("country"))

    def _postcode(self, table: pl.DataFrame, country: pl.Series | None) -> dict[str, pl.Series]:
        found = self._single(table, Target.POSTCODE)
        if found is None:
            return {}
        number, values = found
        clean = read_postcodes(values, country)
        self._remark(table["line"], values, values.is_not_null() & clean.is_null(), "bad_postcode", number)
        return {"postcode": clean}

    # --- ways to reach ----------------------------------------------------------------------------------------------
    def _emails(self, table: pl.DataFrame) -> dict[str, pl.Series]:
        found: list[pl.Series] = []
        for number in self._columns(Target.EMAIL):
            emails, bad = read_emails(table["line"], self._cells(table, number))
            self._remark(bad["line"], bad["part"], pl.repeat(value=True, n=bad.height, eager=True), "bad_email", number)
            found.append(emails.alias(column(number)))
        if not found:
            return {}
        frame = pl.DataFrame(found)
        every = frame.select(pl.concat_list(pl.all()).list.unique(maintain_order=True)).to_series()
        return {"emails": every, **self._bad_emails(table, frame)}

    def _bad_emails(self, table: pl.DataFrame, frame: pl.DataFrame) -> dict[str, pl.Series]:
        """`email2_is_bad` speaks of the column `email2`, a lonely flag of the first address."""
        flags = []
        for number in self._columns(Target.EMAIL_BAD):
            digit = re.search(r"\d", self.columns[number])
            named = f"email{digit[0]}" if digit else ""
            listed = frame.columns
            about = next((name for name in listed if self.columns[int(name[1:])].lower() == named), listed[0])
            bad = cleaning.yes_or_since(self._cells(table, number))
            flags.append(frame.select(pl.when(bad).then(pl.col(about)).fill_null([]).alias(f"bad{number}")).to_series())
        if not flags:
            return {}
        return {
            "bad_emails": pl.DataFrame(flags)
            .select(pl.concat_list(pl.all()).list.unique(maintain_order=True))
            .to_series()
        }

    def _phones(self, table: pl.DataFrame, place: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
        found: list[pl.Series] = []
        region = self.options.phone_region
        own = regions_of(place.get(HOME), place.get("postcode"), region)
        home = place.get(HOME, pl.repeat(None, table.height, dtype=pl.String, eager=True))
        lost = home.eq(UNKNOWN).fill_null(value=False)
        for number in self._columns(Target.PHONE):
            values = self._cells(table, number)
            numbers = read_cells(values, own, region)
            self._remark(table["line"], values, ~numbers["is_whole"] & ~lost, "bad_phone", number)
            self._remark(table["line"], values, ~numbers["is_whole"] & lost, "phone_of_nowhere", number)
            self._remark(table["line"], values, ~numbers["allotted"], "unallotted_phone", number)
            found.append(numbers["phones"].alias(column(number)))
        if not found:
            return {}
        phones = pl.DataFrame(found).select(pl.concat_list(pl.all()).list.unique(maintain_order=True)).to_series()
        bad = self._single(table, Target.PHONE_BAD)
        flagged = cleaning.by_value(bad[1], cleaning.yes_or_no) if bad else None
        return {"phones": phones, **({"phone_bad": flagged} if flagged is not None else {})}

    # --- facts, tags, agreement -------------------------------------------------------------------------------------
    def _facts(self, table: pl.DataFrame) -> dict[str, pl.Series]:
        facts = self._converted(
            table, Target.GENDER, "bad_gender", cleaning.looked_up(pl.col("value"), cleaning.GENDERS)
        )
        facts |= self._converted(
            table, Target.LANGUAGE, "bad_language", cleaning.looked_up(pl.col("value"), cleaning.LANGUAGES)
        )
        facts |= self._converted(
            table,
            Target.RELATIONSHIP,
            "bad_relationship",
            cleaning.looked_up(pl.col("value"), cleaning.RELATIONSHIPS),
        )
        level = pl.col("value").str.extract(r"^([1-5])(?:[.,]0+)?$").cast(pl.Int16)
        facts |= self._converted(table, Target.SUPPORT_LEVEL, "bad_support_level", level)
        if found := self._single(table, Target.BIRTH_DATE):
            number, values = found
            born = self._days(values)
            self._remark(table["line"], values, values.is_not_null() & born.is_null(), "bad_date", number)
            facts["birth_date"] = born
        return facts | self._joined(table)

    def _joined(self, table: pl.DataFrame) -> dict[str, pl.Series]:
        """Several columns may tell it (asked to join, confirmed): the earliest counts."""
        days: list[pl.Series] = []
        for number in self._columns(Target.JOINED_ON):
            values = self._cells(table, number)
            told = self._days(without_time(values))
            self._remark(table["line"], values, values.is_not_null() & told.is_null(), "bad_joined", number)
            days.append(told.alias(column(number)))
        return _earliest("joined_on", days)

    def _days(self, values: pl.Series) -> pl.Series:
        return parse_dates(values, order=self.options.date_order, today=self.options.today)

    def _tags(self, table: pl.DataFrame) -> dict[str, pl.Series]:
        lists = [
            pl.lit(cleaning.by_value(self._cells(table, number), cleaning.tag_list)).fill_null([])
            for number in self._columns(Target.TAGS)
        ]
        lists += [
            pl.when(self._said_yes(table, number))
            .then(pl.lit([self.columns[number]], dtype=pl.List(pl.String)))
            .otherwise(pl.lit([], dtype=pl.List(pl.String)))
            for number in self._columns(Target.TAG_IF_YES)
        ]
        if self.options.tags:
            lists.append(pl.lit(list(self.options.tags), dtype=pl.List(pl.String)))
        if not lists:
            return {}
        every_row = table.with_columns(tags=pl.concat_list(lists).list.unique(maintain_order=True))
        return {"tags": every_row["tags"]}

    def _consents(self, table: pl.DataFrame) -> dict[str, pl.Series]:
        """The strictest word counts: a refusal in any column is a refusal."""
        answers: dict[str, pl.Series] = {}
        for target, name in CONSENTS.items():
            if (numbers := self._columns(target)) or name in self.options.agreed:
                answers[name] = self._answer(table, numbers, agreed=name in self.options.agreed)
        for target, names in ((Target.DO_NOT_CALL, ["call_ok"]), (Target.DO_NOT_CONTACT, list(CONSENTS.values()))):
            for number in self._columns(target):
                self._refuse(answers, cleaning.by_value(self._cells(table, number), cleaning.refused_or_since), names)
        days: list[pl.Series] = []
        for number in self._columns(Target.UNSUBSCRIBED_AT):
            cells = self._cells(table, number)
            said = cleaning.by_value(cells, cleaning.refused)
            self._refuse(answers, cells.is_not_null() & said.fill_null(value=True), ["email_ok"])
            if said.null_count() > cells.null_count():  # a day may stand in the place of a yes
                since = without_time(cells.set(said.is_not_null(), None))
                days.append(self._days(since).alias(column(number)))
        for number in self._columns(Target.DECEASED):
            cells = self._cells(table, number)  # a day, a year, «décédée», a cross: all but a no
            died = cells.is_not_null() & cleaning.by_value(cells, cleaning.yes_or_no).fill_null(value=True)
            self._refuse(answers, died, list(CONSENTS.values()))
            answers["deceased"] = answers.get("deceased", died) | died
        return answers | _earliest("unsubscribed_on", days)

    def _answer(self, table: pl.DataFrame, numbers: Sequence[int], *, agreed: bool) -> pl.Series:
        """What was declared of everyone holds where nothing is written, never where something cannot be read."""
        said = [pl.repeat(agreed or None, table.height, dtype=pl.Boolean, eager=True).alias("declared")]
        unclear = pl.repeat(value=False, n=table.height, eager=True)
        for number in numbers:
            values = self._cells(table, number)
            clean = cleaning.by_value(values, cleaning.yes_or_no).alias(str(number))
            unread = values.is_not_null() & clean.is_null()
            self._remark(table["line"], values, unread, "bad_answer", number)
            said.append(clean)
            unclear = unclear | unread
        strictest = pl.DataFrame(said).select(pl.min_horizontal(pl.all())).to_series()
        return pl.select(pl.when(~(unclear & strictest.fill_null(value=True))).then(strictest)).to_series()

    # --- the campaign's own fields --------------------------------------------------------------------------------
    def _custom(self, table: pl.DataFrame) -> dict[str, pl.Series]:
        read: list[tuple[int, pl.Series]] = []
        for number, reader in self.options.fields.items():
            values = self._cells(table, number)
            clean = reader.read(values)
            self._remark(table["line"], values, values.is_not_null() & clean.is_null(), "bad_custom", number)
            read.append((reader.field.key, clean))
        return {"custom": joined(read)} if read else {}

    def _said_yes(self, table: pl.DataFrame, number: int) -> pl.Series:
        return cleaning.by_value(self._cells(table, number), cleaning.yes_or_no).fill_null(value=False)

    @staticmethod
    def _refuse(answers: dict[str, pl.Series], where: pl.Series, names: Sequence[str]) -> None:
        for name in names:
            before = answers.get(name, pl.repeat(None, len(where), dtype=pl.Boolean, eager=True))
            answers[name] = pl.select(pl.when(where).then(pl.lit(value=False)).otherwise(before)).to_series()


def _earliest(name: str, days: Sequence[pl.Series]) -> dict[str, pl.Series]:
    return {name: pl.DataFrame(days).select(pl.min_horizontal(pl.all())).to_series()} if days else {}
