"""The portal's pages."""

from django.urls import include, path

from stations.portal import curves, help, home, log, sessions, stations, tokens

station_patterns = [
    path("", stations.StationList.as_view(), name="list"),
    path("<int:pk>/", stations.StationPage.as_view(), name="detail"),
    path("<int:pk>/edit/", stations.StationEdit.as_view(), name="edit"),
    path("<int:pk>/power.json", curves.StationPower.as_view(), name="power"),
    path("<int:pk>/<slug:slug>/", stations.StationPage.as_view(), name="tab"),
]
session_patterns = [
    path("", sessions.SessionList.as_view(), name="list"),
    path("<int:pk>/", sessions.SessionPage.as_view(), name="detail"),
    path("<int:pk>/curves.json", curves.SessionCurves.as_view(), name="curves"),
]
log_patterns = [
    path("", log.ExchangeList.as_view(), name="list"),
    path("refusals/", log.RefusalList.as_view(), name="refusals"),
    path("<int:pk>/", log.ExchangePage.as_view(), name="exchange"),
]
token_patterns = [
    path("", tokens.TokenList.as_view(), name="list"),
    path("new/", tokens.TokenCreate.as_view(), name="create"),
    path("<int:pk>/", tokens.TokenDetail.as_view(), name="detail"),
    path("<int:pk>/change/", tokens.TokenUpdate.as_view(), name="update"),
    path("<int:pk>/revoke/", tokens.TokenRevoke.as_view(), name="revoke"),
]
help_patterns = [
    path("", help.HelpIndex.as_view(), name="index"),
    path("connect-a-station/", help.ConnectStation.as_view(), name="connect"),
]

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("stations/", include((station_patterns, "stations"))),
    path("sessions/", include((session_patterns, "sessions"))),
    path("log/", include((log_patterns, "log"))),
    path("onboarding-tokens/", include((token_patterns, "tokens"))),
    path("help/", include((help_patterns, "help"))),
]
