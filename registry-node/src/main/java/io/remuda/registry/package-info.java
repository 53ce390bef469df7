/** registry-node. */
package io.remuda.registry;
