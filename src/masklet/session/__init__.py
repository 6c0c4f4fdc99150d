"""The network in use: one session per picture, video or stream. All state lives here, none on the network."""
