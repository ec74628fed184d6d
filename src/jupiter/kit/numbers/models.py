"""The last number given in each series."""

from django.db import models


class Counter(models.Model):
    series = models.CharField(max_length=100, primary_key=True)
    last = models.BigIntegerField()
