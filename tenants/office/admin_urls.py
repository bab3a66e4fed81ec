"""The office's own screens inside Wagtail's frame, registered by the hook register_admin_urls."""

from django.urls import path

from tenants.office.views import residency, settings, team, team_factors

app_name = "office"
urlpatterns = [
    path("equipe/", team.index, name="team"),
    path("equipe/invitations/", team.invite, name="team_invite"),
    path("equipe/invitations/<int:pk>/envois/", team.resend, name="team_resend"),
    path("equipe/invitations/<int:pk>/retrait/", team.revoke, name="team_revoke"),
    path("equipe/<int:pk>/role/", team.role, name="team_role"),
    path("equipe/<int:pk>/acces/", team.activity, name="team_activity"),
    path("equipe/<int:pk>/second-facteur/", team_factors.reset, name="team_factor"),
    path("equipe/second-facteur/", team_factors.requirement, name="team_factors"),
    path("reglages/", settings.campaign_settings, name="settings"),
    path("reglages/lieux/", residency.places, name="places"),
    path("reglages/lieux/certificat.pdf", residency.certificate, name="certificate"),
    path("reglages/<slug:section>/", settings.campaign_settings, name="settings_section"),
]
