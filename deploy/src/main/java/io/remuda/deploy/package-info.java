/** deploy. */
package io.remuda.deploy;
