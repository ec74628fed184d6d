"""Garantie Stellantis Assurance: quotes on the insurer's portal (GuideWire)."""
