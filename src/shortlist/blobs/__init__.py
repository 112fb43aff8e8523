"""Object storage behind one URL: a local folder, S3 and its kin, GCS, Azure."""
