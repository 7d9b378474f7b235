package dev.espalier.distill;

/**
 * A value of the student that shall become like one of the first teacher; both feature maps of one
 * resolution.
 *
 * @param student name of the value
 * @param teacher name of the value
 */
record FeaturePair(String student, String teacher) {
    @Override
    public String toString() {
        return student.equals(teacher) ? student : student + " as " + teacher;
    }
}
