"""The Centralisateur: a sale is declared once, and routed to the guarantor that covers it."""
