"""Rapprochement: what the hub holds, against what the dealers' software and the insurer hold."""
