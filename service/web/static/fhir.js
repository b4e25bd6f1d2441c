export function showFhir() {}
