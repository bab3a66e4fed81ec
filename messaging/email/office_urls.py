from django.urls import path

from messaging.email.views import asking, dispatches, drafts, review

app_name = "messages"
urlpatterns = [
    path("", drafts.index, name="index"),
    path("nouveau/", drafts.add, name="add"),
    path("destinataires/", drafts.audience, name="audience"),
    path("demandes/", asking.ask, name="ask"),
    path("demandes/cadre/", asking.frame, name="request_frame"),
    path("<int:message_id>/demande/", asking.ask_again, name="request"),
    path("<int:message_id>/", drafts.edit, name="edit"),
    path("<int:message_id>/copies/", drafts.copy, name="copy"),
    path("<int:message_id>/suppression/", drafts.delete, name="delete"),
    path("<int:message_id>/relecture/", review.review, name="review"),
    path("<int:message_id>/relecture/cadre/", review.frame, name="frame"),
    path("<int:message_id>/essais/", review.trial, name="trial"),
    path("<int:message_id>/envois/", review.send, name="send"),
    path("<int:message_id>/envoi/", dispatches.sending, name="sending"),
    path("<int:message_id>/envoi/progres/", dispatches.progress, name="progress"),
    path("<int:message_id>/envoi/annulation/", dispatches.cancel, name="cancel"),
    path("<int:message_id>/envoi/pause/", dispatches.pause, name="pause"),
    path("<int:message_id>/envoi/reprise/", dispatches.resume, name="resume"),
    path("<int:message_id>/envoi/arret/", dispatches.stop, name="stop"),
    path("<int:message_id>/envoi/destinataires/", dispatches.recipients, name="recipients"),
    path("<int:message_id>/envoi/destinataires.csv", dispatches.export, name="export"),
]
