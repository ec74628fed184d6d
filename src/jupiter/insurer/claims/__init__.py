"""Claim (sinistre): listed and counted; how a breakdown will be declared."""
