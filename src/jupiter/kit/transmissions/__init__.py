"""What this service has to tell another: said once in the transaction that makes it true, carried until it is answered."""
