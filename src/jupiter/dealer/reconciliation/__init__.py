"""Rapprochement: our orders' sales, against what the hub holds of them."""
