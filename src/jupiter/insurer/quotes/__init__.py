"""Quote (devis): a submission from draft to purchase, on screens and by API."""
