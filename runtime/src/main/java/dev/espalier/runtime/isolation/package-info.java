/**
 * Foreign models in a process of their own. ONNX Runtime ends the process that it runs in for some
 * models, with a signal that no exception tells of; so a model from outside, and what passes make
 * of it, is opened and run there first, within limits of time and memory. Read {@link
 * dev.espalier.runtime.isolation.Isolation} first.
 */
package dev.espalier.runtime.isolation;
