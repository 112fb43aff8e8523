"""What this server attests of a model version: files, source, builder and parameters, signed with its own key."""
