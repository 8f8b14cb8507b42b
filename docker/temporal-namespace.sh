#!/bin/sh
# Makes the namespace and the search attribute that the product needs. Safe to run again.
set -eu

namespace=${TEMPORAL_NAMESPACE:?}
temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$namespace" --retention "${TEMPORAL_RETENTION:?}"
temporal operator search-attribute create --namespace "$namespace" \
  --name SlaNumber --type Keyword
