from django.urls import path

from crm.imports.views import communes, reports, trials, wizard

app_name = "imports"
urlpatterns = [
    path("imports/", wizard.import_list, name="list"),
    path("imports/fichier/", wizard.upload_file, name="upload"),
    path("imports/<int:pk>/", reports.import_report, name="report"),
    path("imports/<int:pk>/colonnes/", wizard.choose_columns, name="columns"),
    path("imports/<int:pk>/communes/", communes.choose_communes, name="communes"),
    path("imports/<int:pk>/lecture/", wizard.change_reading, name="reading"),
    path("imports/<int:pk>/origine/", wizard.declare_origin, name="origin"),
    path("imports/<int:pk>/verification/", wizard.check_import, name="check"),
    path("imports/<int:pk>/essai/", trials.dry_run, name="trial"),
    path("imports/<int:pk>/abandon/", wizard.discard_draft, name="discard"),
    path("imports/<int:pk>/avancement.json", reports.import_progress, name="progress"),
    path("imports/<int:pk>/lignes/<slug:level>/<slug:kind>/", reports.import_lines, name="lines"),
    path("imports/<int:pk>/lignes-ecartees.csv", reports.rejected_file, name="rejected"),
    path("imports/<int:pk>/arret/", reports.cancel_import, name="cancel"),
    path("imports/<int:pk>/reprise/", reports.resume_import, name="resume"),
    path("imports/<int:pk>/reglement/", reports.settle_import, name="settle"),
    path("imports/<int:pk>/annulation/", reports.undo_import, name="undo"),
]
