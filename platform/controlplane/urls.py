from django.urls import URLPattern, URLResolver, include, path

from controlplane.console import console
from controlplane.support.urls import console_patterns as support_patterns
from controlplane.views import account, campaigns, environment, second_factor, signup, site

site_patterns: list[URLPattern | URLResolver] = [
    path("", site.home, name="home"),
    path("ouvrir/", signup.sign_up, name="sign_up"),
    path("ouvrir/adresse/", signup.check_address, name="check_address"),
    path("ouvrir/courrier/", signup.mailbox, name="mailbox"),
    path("ouvrir/renvoyer/", signup.resend, name="resend"),
    path("ouvrir/confirmer/<str:token>/", signup.confirm, name="confirm"),
    path("ouvrir/<uuid:uuid>/", campaigns.opening, name="opening"),
    path("ouvrir/<uuid:uuid>/avancement/", campaigns.opening_progress, name="opening_progress"),
    path("ouvrir/<uuid:uuid>/reprendre/", campaigns.retry, name="retry"),
    path("compte/", campaigns.account, name="account"),
    path("compte/profil/", account.profile, name="profile"),
    path("compte/second-facteur/", second_factor.factor, name="factor"),
    path("compte/second-facteur/installer/", second_factor.set_up, name="factor_set_up"),
    path("compte/second-facteur/codes/", second_factor.recovery_codes, name="factor_codes"),
    path("compte/second-facteur/retirer/", second_factor.removal, name="factor_removal"),
    path("compte/<uuid:uuid>/", campaigns.campaign, name="campaign"),
    path("compte/<uuid:uuid>/donnees/", include("controlplane.archives.urls")),
    path("compte/<uuid:uuid>/travaux/", include("controlplane.jobs.urls")),
    path("compte/<uuid:uuid>/", include("controlplane.lifecycle.urls")),
    path("compte/<uuid:uuid>/assistance/", include("controlplane.support.urls")),
    path("compte/<uuid:uuid>/palier/", campaigns.plan, name="plan"),
    path("compte/<uuid:uuid>/certificat.pdf", campaigns.certificate, name="certificate"),
    path("compte/<uuid:uuid>/entrer/", campaigns.enter, name="enter"),
    path("connexion/", account.sign_in, name="login"),
    path("connexion/code/", second_factor.sign_in_code, name="sign_in_code"),
    path("deconnexion/", account.sign_out, name="logout"),
    path("mot-de-passe/", account.password_forgotten, name="password_forgotten"),
    path("mot-de-passe/<str:uid>/<str:token>/", account.password_choose, name="password_choose"),
    path("langue/", site.language, name="language"),
    path("mentions-legales/", site.legal, name="legal"),
    path("confidentialite/", site.privacy, name="privacy"),
    path("sous-traitance/", site.processing, name="processing"),
    path("accessibilite/", site.accessibility, name="accessibility"),
    path("regions/<slug:code>/", site.region, name="region"),
    path("etat/", include("controlplane.status.urls")),
    path("robots.txt", site.robots, name="robots"),
    path("sitemap.xml", site.sitemap, name="sitemap"),
    path("favicon.ico", site.favicon, name="favicon"),
]
urlpatterns = [
    path("console/", include("controlplane.operators.urls")),
    path("console/", include((support_patterns, "support"))),
    path("console/reglages/", environment.platform_settings, name="platform_settings"),
    path("console/", console.urls),  # Django's admin finds its pages by a namespace of its own
    path("", include((site_patterns, "controlplane"))),
]
