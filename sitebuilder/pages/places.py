"""«Where is my data?»: the stores and the companies that keep them, as the cell proved it last. Nothing is claimed beyond that."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sitebuilder.pages.legal import Fact, Section
from tenants.facts import TenantFacts
from tenants.residency.checks import Check
from tenants.residency.enums import Basis, Subject
from tenants.residency.models import Proof
from tenants.residency.places import country_label, country_of_region
from tenants.residency.queries import last_proof, processors, shown_checks

CONTENT = {
    Subject.DATABASE: gettext_noop("What you told us: name, contact details, choices, and what was sent to you."),
    Subject.STORAGE: gettext_noop("Pictures of the site, and files that the team brought."),
    Subject.CACHE: gettext_noop("Pages of the site and the team’s sessions, for minutes or hours."),
    Subject.BROKER: gettext_noop("Numbers of the work to be done: never a name or an address."),
    Subject.BUS: gettext_noop("States and numbers of campaigns, between the cells and the platform: nobody’s name."),
    Subject.MAIL: gettext_noop("Messages, on their way to you."),
    Subject.REPORTS: gettext_noop("Where a program failed: nothing about you."),
    Subject.SMS: gettext_noop("Text messages, on their way to you."),
    Subject.VOICE: gettext_noop("Calls, while they last."),
}


def sections(*, tenant: TenantFacts) -> list[Section]:
    proof = last_proof()
    checks = shown_checks(proof.findings) if proof else []
    found = [Section(_("Last check"), paragraphs=(last_check(proof, tenant),))]
    if checks:
        found.append(Section(_("Each place"), tuple(Fact(check.subject_label, _told(check)) for check in checks)))
        companies = tuple(
            Fact(one.operator, ", ".join(part for part in (one.country, " · ".join(one.uses)) if part))
            for one in processors(checks)
        )
        none = () if companies else (_("No other company: these places are machines of the platform itself."),)
        found.append(Section(_("Companies that work for the platform"), companies, none))
    return [*found, _how()]


def last_check(proof: Proof | None, tenant: TenantFacts) -> str:
    """The result in one sentence, with its time."""
    if proof is None:
        return _("The places have not been checked yet: that is done when the platform starts, and every day.")
    at = localtime(proof.at)
    facts = {
        "day": date_format(at, "DATE_FORMAT"),
        "time": date_format(at, "TIME_FORMAT"),
        "country": country_label(country_of_region(tenant.region)),
    }
    if any(check.is_refusal for check in proof.findings):
        return _("%(day)s, %(time)s: a place is not where it was announced. The platform’s operators are told.") % facts
    if not proof.has_passed:
        return _("%(day)s, %(time)s: a place did not answer. The others are in this country: %(country)s.") % facts
    if any(not check.country for check in proof.findings):
        return (
            _("%(day)s, %(time)s: everything is on the platform’s own machine, whose country is not declared.") % facts
        )
    return _("%(day)s, %(time)s: everything is in the country announced, %(country)s.") % facts


def _told(check: Check) -> str:
    where = ", ".join(part for part in (check.country_label, check.place, check.operator) if part)
    if check.is_refusal:
        where = _("Not where it was announced.")
    elif not where:
        where = _("This machine; its country is not declared (a trial installation).")
    elif check.basis == Basis.MACHINE:
        where = _("%(place)s: a machine of the platform’s own") % {"place": where}
    content = CONTENT.get(check.subject)  # type: ignore[call-overload]
    return "\n".join(part for part in (where, _(content) if content else "") if part)


def _how() -> Section:
    return Section(
        _("How it is checked"),
        paragraphs=(
            _(
                "Every program of the platform compares the places that it uses with its region before it starts, and refuses to start if one is elsewhere. The check is made again every day."
            ),
            _(
                "The database carries the mark of its region, the file store is asked where it lies, and every other host has to be in a list that names its country, its operator and the source. What is not in the list is refused."
            ),
            _("The team of this site can download a signed certificate of it."),
        ),
    )
