"""What is answered stays, and counts once: stations that keep books, servers that die, an audit of both."""
