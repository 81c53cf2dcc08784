"""Hold the product register of a shop: what is known of an article, said once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aftersale.shops.models.shop import Shop


class Product(models.Model):
    """Hold one article; `cells` are the texts by column, `facts` what they state, `origins` where."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="products")
    article_no = models.CharField(max_length=128, blank=True)
    product_id = models.CharField(max_length=64, blank=True)
    cells = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    origins = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "article_no", "product_id"], name="one_entry_an_article"),
        ]
        indexes: ClassVar = [models.Index(fields=["shop", "product_id"], name="product_by_platform_id")]

    def __str__(self) -> str:
        """Give the number that identifies the article."""
        return self.article_no or self.product_id
