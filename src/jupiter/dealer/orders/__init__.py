"""Order forms (bons de commande): what the buyer agreed to."""
