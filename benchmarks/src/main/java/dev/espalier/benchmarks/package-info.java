/**
 * How fast model files are on this machine, measured with JMH in forked JVMs. Read {@link
 * dev.espalier.benchmarks.Latency} first. Nothing here knows passes or recipes, and no other
 * package knows JMH.
 */
package dev.espalier.benchmarks;
