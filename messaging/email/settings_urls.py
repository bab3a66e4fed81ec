from django.urls import path

from messaging.email.views import domain, votes

app_name = "sending"
urlpatterns = [
    path("domaine/", domain.domain, name="domain"),
    path("domaine/verifications/", domain.check, name="check"),
    path("domaine/cles/", domain.rotate, name="rotate"),
    path("domaine/retrait/", domain.forget, name="forget"),
    path("votes/", votes.votes, name="votes"),
    path("votes/<int:vote_id>/suppression/", votes.remove, name="remove_vote"),
    path("votes/heures/", votes.hours, name="hours"),
]
