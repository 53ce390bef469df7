/** model-node. */
package io.remuda.node;
