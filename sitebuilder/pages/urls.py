from django.urls import path

from sitebuilder.pages import views

urlpatterns = [
    path("theme.css", views.theme_stylesheet, name="theme_stylesheet"),
    path("icone.svg", views.site_icon, name="site_icon"),
    path("favicon.ico", views.site_icon),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("ou-sont-mes-donnees/", views.where_is_my_data, name="places"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("cartes/<int:page_id>.png", views.share_card, name="share_card"),
]
