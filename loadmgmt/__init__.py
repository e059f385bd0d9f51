"""Keeps every fuse safe while cars get as much power as possible."""
