// What marks generated classes; Java no longer ships it, and a project would take it from a library of annotations.
package javax.annotation;

public @interface Generated {
    String value();
    String comments() default "";
    String date() default "";
}
