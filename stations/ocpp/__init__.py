"""OCPP-J: the only room where the protocol is spoken."""
