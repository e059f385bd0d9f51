"""What the station endpoint costs, measured against a server that does nothing but answer."""
