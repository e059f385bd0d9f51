"""Station models the system knows: those shipped with it, imported or made from a station."""

from functools import cached_property

from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.catalogue.documents import ModelDocument
from stations.enums import ModelOrigin


class StationModel(models.Model):
    """One model of the catalogue; ``document`` holds what its file says."""

    slug = models.SlugField(
        _("id"), max_length=80, unique=True, help_text=_("Id in the catalogue, also the name of its file.")
    )
    label = models.CharField(
        _("name"), max_length=200, help_text=_("Vendor, model and what tells it from its siblings.")
    )
    origin = models.CharField(
        _("origin"), max_length=10, choices=ModelOrigin, help_text=_("How it came into the catalogue.")
    )
    document = models.JSONField(_("facts"), help_text=_("Everything its file says."))
    updated_at = models.DateTimeField(_("updated"), auto_now=True, help_text=_("When it last changed here."))

    class Meta:
        ordering = ("label", "slug")
        verbose_name = _("station model")
        verbose_name_plural = _("station models")

    def __str__(self) -> str:
        return self.label

    @cached_property
    def facts(self) -> ModelDocument:
        """The document, read."""
        return ModelDocument.model_validate(self.document)
