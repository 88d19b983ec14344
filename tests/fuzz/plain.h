/* Compile the core a second time, without vectors and under other names, to hold it beside itself. */
#define GD_PLAIN 1
#define gd_filters_known plain_filters_known
#define gd_unfilter plain_unfilter
#define gd_unfilter_pair plain_unfilter_pair
#define gd_settle plain_settle
#define gd_row plain_row
#define gd_pixel plain_pixel
#define gd_same plain_same
#define gd_measure plain_measure
#define gd_measure_halves plain_measure_halves
#define gd_measure_work plain_measure_work
