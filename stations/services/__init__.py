"""The only writers of the station domain."""
