"""The portal's pages."""

from django.urls import path

from stations.portal import home

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
]
