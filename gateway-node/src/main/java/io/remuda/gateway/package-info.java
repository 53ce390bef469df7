/** gateway-node. */
package io.remuda.gateway;
