"""Guarantor (garantisseur): one folder each. To add one, copy the closest, edit it, add a line to the registry."""
