"""The OpenAPI document and the page that shows it."""

import re

import pytest
from django.contrib.staticfiles import finders

CONTRACT = {
    "/stations": {"get"},
    "/stations/{identity}": {"get", "patch", "delete"},
    "/stations/{identity}/evses/{number}": {"patch"},
    "/stations/{identity}/parameters": {"get"},
    "/stations/{identity}/parameters/{key}": {"put"},
    "/stations/{identity}/configuration-changes": {"get"},
    "/stations/{identity}/configuration-changes/{id}/revert": {"post"},
    "/station-models": {"get", "post"},
    "/station-models/{slug}": {"get", "delete"},
    "/actions": {"get"},
    "/stations/{identity}/operations": {"post"},
    "/operations": {"get"},
    "/operations/{id}": {"get"},
    "/operations/{id}/cancel": {"post"},
    "/bulk-operations": {"post"},
    "/bulk-operations/{id}": {"get"},
    "/sessions": {"get"},
    "/sessions/{id}": {"get"},
    "/log": {"get"},
    **{f"/{name}": {"get", "post"} for name in ("onboarding-tokens", "site-areas", "sites", "companies", "badges")},
    **{
        f"/{name}/{{id}}": {"get", "patch", "delete"}
        for name in ("onboarding-tokens", "site-areas", "sites", "companies", "badges")
    },
}


@pytest.fixture
def document(client) -> dict:
    return client.get("/api/v1/openapi.json").json()


def test_document_has_the_paths_of_the_contract(document):
    found = {path.removeprefix("/api/v1"): set(methods) for path, methods in document["paths"].items()}

    assert {path: found.get(path) for path in CONTRACT} == CONTRACT


def test_every_endpoint_is_described_and_names_its_problems(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            assert operation["security"] == [{"ApiKeyAuth": []}]
            assert "application/problem+json" in operation["responses"]["4XX"]["content"]


def test_operations_have_names_of_their_own(document):
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]

    assert len(set(names)) == len(names)


def test_fields_are_described_by_the_help_texts_of_the_models(document):
    schemas = document["components"]["schemas"]

    assert schemas["StationOut"]["properties"]["identity"]["description"] == (
        "Identity the station puts at the end of its URL."
    )
    assert (
        "`pending`: The station is known" in schemas["StationOut"]["properties"]["registration_status"]["description"]
    )


def test_page_loads_only_files_we_serve_and_has_no_inline_script(client):
    page = client.get("/api/v1/docs")
    html = page.content.decode()

    files = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert files
    assert all(finders.find(file.removeprefix("/static/")) for file in files)
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style|\bon\w+=", html) == []
    assert "default-src 'self'" in page["Content-Security-Policy"]
