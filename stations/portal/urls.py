"""The portal's pages."""

from django.urls import include, path

from stations.portal import (
    actions,
    bulk,
    bulk_progress,
    catalogue,
    catalogue_import,
    catalogue_save,
    configuration_history,
    console,
    curves,
    evses,
    guided,
    help,
    home,
    log,
    operations,
    parameter_copy,
    parameter_drift,
    parameter_pages,
    parameters,
    sessions,
    stations,
    tokens,
)

station_patterns = [
    path("", stations.StationList.as_view(), name="list"),
    path("<int:pk>/", stations.StationPage.as_view(), name="detail"),
    path("<int:pk>/edit/", stations.StationEdit.as_view(), name="edit"),
    path("<int:pk>/connectors/edit/", evses.ConnectorsEdit.as_view(), name="connectors-edit"),
    path("<int:pk>/connectors/use-recommended/", evses.UseRecommended.as_view(), name="use-recommended"),
    path("<int:pk>/evses/<int:number>/edit/", evses.EvseEdit.as_view(), name="evse-edit"),
    path("<int:pk>/configure/", guided.Configure.as_view(), name="configure"),
    path("<int:pk>/parameters/edit/", parameters.ParametersEdit.as_view(), name="parameters-edit"),
    path("<int:pk>/parameters/copy/", parameter_copy.ParametersCopy.as_view(), name="parameters-copy"),
    path("<int:pk>/power.json", curves.StationPower.as_view(), name="power"),
    path("<int:pk>/actions/ocpp-call/", console.ConsolePage.as_view(), {"name": "ocpp-call"}, name="console"),
    path("<int:pk>/actions/<slug:name>/", actions.ActionPage.as_view(), name="action"),
    path("<int:pk>/changes/<int:change>/", configuration_history.TakeBack.as_view(), name="take-back"),
    path("<int:pk>/<slug:slug>/", stations.StationPage.as_view(), name="tab"),
]
bulk_patterns = [
    path("bulk/<slug:action>/", bulk.BulkPage.as_view(), name="bulk"),
    path("bulk/<int:pk>/progress/", bulk_progress.BulkProgress.as_view(), name="bulk-detail"),
    path("bulk/<int:pk>/cancel/", bulk_progress.BulkCancel.as_view(), name="bulk-cancel"),
    path("bulk/<int:pk>/retry/", bulk.BulkRetry.as_view(), name="bulk-retry"),
]
operation_patterns = [
    path("", operations.OperationList.as_view(), name="list"),
    path("<int:pk>/", operations.OperationPage.as_view(), name="detail"),
    path("<int:pk>/cancel/", operations.OperationCancel.as_view(), name="cancel"),
]
parameter_patterns = [
    path("drift/", parameter_drift.DriftReport.as_view(), name="drift"),
    path("export/", parameter_pages.ParameterExport.as_view(), name="export"),
    path("import/", parameter_pages.ParameterImport.as_view(), name="import"),
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
catalogue_patterns = [
    path("", catalogue.CatalogueList.as_view(), name="list"),
    path("import/", catalogue_import.CatalogueImport.as_view(), name="import"),
    path("save/<int:pk>/", catalogue_save.CatalogueSave.as_view(), name="save"),
    path("<slug:slug>/", catalogue.CatalogueDetail.as_view(), name="detail"),
    path("<slug:slug>/file/", catalogue.CatalogueFile.as_view(), name="file"),
    path("<slug:slug>/delete/", catalogue_import.CatalogueDelete.as_view(), name="delete"),
]
help_patterns = [
    path("", help.HelpIndex.as_view(), name="index"),
    path("connect-a-station/", help.ConnectStation.as_view(), name="connect"),
]

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("stations/", include((station_patterns, "stations"))),
    path("operations/", include((operation_patterns + bulk_patterns, "operations"))),
    path("parameters/", include((parameter_patterns, "parameters"))),
    path("sessions/", include((session_patterns, "sessions"))),
    path("log/", include((log_patterns, "log"))),
    path("onboarding-tokens/", include((token_patterns, "tokens"))),
    path("catalogue/", include((catalogue_patterns, "catalogue"))),
    path("help/", include((help_patterns, "help"))),
]
