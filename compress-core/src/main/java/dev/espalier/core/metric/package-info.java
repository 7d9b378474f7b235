/**
 * What a model's outputs are judged by: {@link dev.espalier.core.metric.Metric} is the service that
 * anybody may implement.
 */
package dev.espalier.core.metric;
