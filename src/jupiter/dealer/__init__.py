"""Jupiter, the dealer's own software: sites, stock, order forms, papers, and the button *Garantir*."""
