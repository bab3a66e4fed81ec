"""What a button of a bulk action says it will do, and what a run says it did: one sentence each."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.bulk.enums import Action
from crm.runs.enums import RunState
from crm.runs.models import Run
from crm.runs.services import UNDOING


def button_of(action: Action, count: int) -> str:
    words = {
        Action.TAG: ngettext("Tag %(number)s person", "Tag %(number)s people", count),
        Action.UNTAG: ngettext("Remove the tag from %(number)s person", "Remove the tag from %(number)s people", count),
        Action.RELATE: ngettext(
            "Set the relationship of %(number)s person", "Set the relationship of %(number)s people", count
        ),
        Action.ASSIGN: ngettext(
            "Assign %(number)s person to the point person", "Assign %(number)s people to the point person", count
        ),
        Action.ERASE: ngettext(
            "Erase %(number)s person, after the delay", "Erase %(number)s people, after the delay", count
        ),
    }
    return words[action] % {"number": intcomma(count)}


def outcome_of(run: Run, changed: int) -> str:
    """What was done to how many, and whether it still holds. An undoing does not lessen the number: it says so itself."""
    if not changed:
        return _("Waiting its turn") if run.state == RunState.QUEUED else _nobody(run)
    done = _done(run.parameters["action"], changed)
    return _endings(run).get(run.state, "%(done)s") % {"done": done}


def _done(action: str, changed: int) -> str:
    if action == Action.ERASE:
        words = ngettext("Asked for %(number)s person", "Asked for %(number)s people", changed)
    else:
        words = ngettext("Done for %(number)s person", "Done for %(number)s people", changed)
    return words % {"number": intcomma(changed)}


def _endings(run: Run) -> dict[str, str]:
    was_undoing = bool(run.result.get(UNDOING))
    interrupted = _("%(done)s; undoing it was interrupted") if was_undoing else _("%(done)s, then interrupted")
    return {
        RunState.QUEUED: _("%(done)s so far"),
        RunState.RUNNING: _("%(done)s so far"),
        RunState.CANCELLED: _("%(done)s, then stopped"),
        RunState.FAILED: interrupted,
        RunState.UNDOING: _("%(done)s, being undone"),
        RunState.UNDONE: _("%(done)s, then undone"),
    }


def _nobody(run: Run) -> str:
    words = {
        RunState.RUNNING: _("Under way"),
        RunState.CANCELLED: _("Stopped before anybody was changed"),
        RunState.FAILED: _("Interrupted before anybody was changed"),
    }
    return words.get(RunState(run.state), _("Nothing to change"))
