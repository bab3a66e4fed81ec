from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from controlplane.audit.actors import SYSTEM
from controlplane.enums import OperatorRole
from controlplane.operators.models import Operator
from controlplane.operators.services import NewOperator, make_operator
from tenants.context import connection, public_context
from tenants.factors.models import AuthenticatorApp, RecoveryCode
from tenants.factors.services import check_code, renew_recovery_codes
from tenants.owner import as_owner
from tests.factors import current_code, give_factor


def migrate(name: str) -> None:
    with as_owner(), public_context():
        executor = MigrationExecutor(connection)
        executor.migrate([("operators", name)])


def test_operators_keep_their_second_factors_when_the_tables_move(live_database: None) -> None:
    now = timezone.now()
    with public_context():
        new = NewOperator("rose@example.net", OperatorRole.ADMINISTRATOR, password="urne-et-rideau-2027")
        rose = make_operator(new=new, by=SYSTEM, now=now)[0].user
        app = give_factor(rose)
        codes = renew_recovery_codes(user=rose)
        kept = (app.sealed_secret, app.created_at, app.last_step, sorted(RecoveryCode.objects.values_list("digest")))
    migrate("0002_staff_are_operators")
    with public_context():
        assert not AuthenticatorApp.objects.exists()
    migrate("0003_move_second_factors")
    with public_context():
        app = AuthenticatorApp.objects.get(user=rose)
        now_kept = (
            app.sealed_secret,
            app.created_at,
            app.last_step,
            sorted(RecoveryCode.objects.values_list("digest")),
        )
        assert now_kept == kept
        assert Operator.objects.get().user == rose
        assert check_code(user=rose, code=current_code(rose), now=now)
        assert check_code(user=rose, code=codes[0], now=now)
