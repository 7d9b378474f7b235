/**
 * Linear algebra: sums of products, products, Cholesky's factor and what is solved by it, least
 * squares, symmetric eigenvalues, singular values. Read {@link dev.espalier.linalg.Matrix} first.
 * Large ones are computed by ND4J's native library, which is loaded at the first of them; nobody
 * else knows ND4J. Nothing here knows what the numbers mean.
 */
package dev.espalier.linalg;
