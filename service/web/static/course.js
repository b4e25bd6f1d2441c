export function showCourse() {}
